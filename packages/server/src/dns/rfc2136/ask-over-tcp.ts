import { once } from "node:events";
import { connect } from "node:net";
import { ProviderFault } from "../dns-provider.ts";

export interface TcpServer {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
}

/** One message to a DNS server and its reply (RFC 7766). @throws ProviderFault; the signal's reason. */
export async function askOverTcp(server: TcpServer, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const socket = connect({ ...server, signal });
  try {
    await once(socket, "connect", { signal });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.write(Buffer.concat([length, message]));
    let received = Buffer.alloc(0);
    for await (const piece of socket) {
      received = Buffer.concat([received, piece as Buffer]);
      const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
      if (received.length < end) continue;
      const reply = received.subarray(2, end);
      if (reply.length < 12 || reply.readUInt16BE(0) !== message.readUInt16BE(0))
        throw new ProviderFault(`The name server ${server.host} answered something else.`);
      return reply;
    }
    throw new ProviderFault(`The name server ${server.host} closed the connection.`);
  } catch (error) {
    if (signal.aborted || error instanceof ProviderFault) throw error;
    throw new ProviderFault(
      `The name server ${server.host} port ${server.port} cannot be reached: ${(error as Error).message}.`,
    );
  } finally {
    socket.destroy();
  }
}
