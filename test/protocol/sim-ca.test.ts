import { simKind } from "./authority.ts";
import { protocolSuite } from "./protocol-suite.ts";

protocolSuite(simKind);
