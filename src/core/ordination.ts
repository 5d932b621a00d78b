/** Who gets ordinations (M25.1): the rule of the hub and the destinations speak of it in the same words. */
export interface OrdinationReceiver {
  /** HER-id. */
  readonly her: string
  /** Licence number of a pharmacy. */
  readonly licence?: string
  /** `own`: a pharmacy, for the persons it is registered for; `all`: a broker. */
  readonly serves: 'own' | 'all'
}
