/** Asks resolvers of the operator's choice; how old their answers are is theirs to decide. They should check DNSSEC. */
import type { RecordType } from "dns-packet";
import { answerOf } from "./dns-answer.ts";
import { type Exchange, type NameServer, NoReply } from "./dns-exchange.ts";
import type { DnsReply } from "./dns-message.ts";
import type { Answered, Resolver, ServerAnswer } from "./resolver.ts";

export function forwardingResolver({
  exchange,
  servers,
}: {
  readonly exchange: Exchange;
  readonly servers: readonly NameServer[];
}): Resolver {
  return {
    begin: (signal) => ({
      ask: async <T>(name: string, type: RecordType): Promise<Answered<T>> => {
        const faults: string[] = [];
        for (const server of servers) {
          const ask = (checkingDisabled: boolean): Promise<DnsReply | string> =>
            reply(exchange(server, { name, type }, { recurse: true, checkingDisabled, signal }));
          const given = await ask(false);
          if (typeof given === "string") {
            faults.push(`${server.address}: ${given}`);
            continue;
          }
          if (isAnswer(given)) return answerOf(name, type, given);
          // An answer that is handed out only unchecked fails the check.
          const unchecked = given.rcode === "SERVFAIL" ? await ask(true) : "not asked";
          if (typeof unchecked !== "string" && isAnswer(unchecked))
            return {
              kind: "dnssec",
              detail: "the resolver refuses the answer, and has one without the check",
            };
          faults.push(`${server.address}: ${given.rcode}`);
        }
        return { kind: "failed", detail: faults.slice(0, 2).join("; ") };
      },
      askEach: async <T>(name: string, type: RecordType): Promise<readonly ServerAnswer<T>[]> =>
        Promise.all(
          servers.map(async (server) => {
            const options = { recurse: true, checkingDisabled: false, signal };
            const given = await reply(exchange(server, { name, type }, options));
            const detail = typeof given === "string" ? given : given.rcode;
            const usable = typeof given !== "string" && isAnswer(given);
            const answer: Answered<T> = usable ? answerOf(name, type, given) : { kind: "failed", detail };
            return { server: server.address, answer, isReachable: true };
          }),
        ),
    }),
  };
}

const isAnswer = ({ rcode }: DnsReply): boolean => rcode === "NOERROR" || rcode === "NXDOMAIN";

async function reply(asked: Promise<DnsReply>): Promise<DnsReply | string> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NoReply) return error.message;
    throw error;
  }
}
