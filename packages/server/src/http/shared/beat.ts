/**
 * Milliseconds between the instants at which a busy group's agents are told what has come, all at once, so that one read
 * serves them all. The longer the more polls are open: a thousand agents ask a thousand times a second at most.
 */
function beatOf(open: number): number {
  let beat = 250;
  // By doubling, so that the instants of a longer beat are among those of a shorter one.
  while (beat < open / 1.5 && beat < 4_000) beat *= 2;
  return beat;
}

/** Its multiples, without their whole parts, lie evenly between 0 and 1, however many there are. */
const goldenRatio = 0.618_033_988_75;

/**
 * The next instant at which a group's agents are told, by the clock of `now` and in its milliseconds. Groups have theirs at
 * different times.
 *
 * @param open the polls that are open at this process.
 */
export function nextBeat({
  edgeGroupId,
  open,
  now,
}: {
  readonly edgeGroupId: string;
  readonly open: number;
  readonly now: number;
}): number {
  const beat = beatOf(open);
  const shift = ((Number(edgeGroupId) * goldenRatio) % 1) * 250;
  return Math.ceil((now - shift) / beat) * beat + shift;
}
