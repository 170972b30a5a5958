/** SQLSTATE deadlock_detected. */
const deadlock = "40P01";
const mostTries = 3;

/**
 * Runs `transact`, a whole transaction, again when PostgreSQL has undone it to end a deadlock. The other
 * transaction has gone on by then, so the next try waits for it and sees what it did.
 *
 * @throws what `transact` throws; also a deadlock, when it is the third in a row.
 */
export async function retryDeadlock<T>(transact: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact();
    } catch (error) {
      if (tries === mostTries || !isDeadlock(error)) throw error;
    }
  }
}

const isDeadlock = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === deadlock;
