/** The business number as the simulator shows it; fictional. */
export const DISPLAY_PHONE_NUMBER = '15550001000';
