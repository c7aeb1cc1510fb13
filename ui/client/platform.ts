/** Which keys the person's keyboard has. */
export const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);
