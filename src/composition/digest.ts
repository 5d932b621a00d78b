import { hash } from 'node:crypto'

/** Lower-case hex of SHA-256 over the text's UTF-8 bytes, for `useDigest`. */
export const platformDigest = (text: string): string => hash('sha256', text, 'hex')
