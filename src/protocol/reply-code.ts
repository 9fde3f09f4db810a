/** Code of a device, and of the platform in its place, for a command that was carried out. */
export const REPLY_OK = 200;
/** Codes that the platform gives in the device's place. */
export const REPLY_INACTIVE = 9200;
export const REPLY_OFFLINE = 9201;
