export { compose, type Running, type World } from "./compose.ts";
export { type Config, ConfigInvalid, readConfig } from "./config/read-config.ts";
export { environmentName, settingNames, settingsSchema } from "./config/settings.ts";
