import { pebbleKind } from "./authority.ts";
import { protocolSuite } from "./protocol-suite.ts";

protocolSuite(pebbleKind("own"));
