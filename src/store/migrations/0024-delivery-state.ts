/** Few blocked deliveries among millions that were delivered are listed at once. */
export const deliveryState = `
create index delivery_state on delivery (state, created_at desc, id desc);
`
