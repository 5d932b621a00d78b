/** `3 dager`: the number and the word that fits it. */
export const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
