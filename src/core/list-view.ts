/** What of the list a reader asks for, and in which language its texts are. */

export const VIEWS = ['all', 'supply', 'today', 'patient'] as const
export type View = (typeof VIEWS)[number]

export const LANGUAGES = ['nb', 'da', 'en', 'sv', 'fi'] as const
export type Language = (typeof LANGUAGES)[number]
