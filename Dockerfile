# Two stages: build with everything, run with what running needs.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
RUN npm ci --no-audit --no-fund
COPY src src
COPY adapters adapters
COPY mappings mappings
COPY queue queue
COPY fhir-profiles fhir-profiles
RUN npx tsc -p tsconfig.json && node dist/src/validation/generate.js && npm prune --omit=dev

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/fhir-profiles fhir-profiles
RUN mkdir /app/data && chown node:node /app/data
USER node
EXPOSE 3000 2575
# Room for what a message makes and throws away (docs/decisions.md).
ENV NODE_OPTIONS=--max-semi-space-size=64
CMD ["node", "dist/src/main.js"]
