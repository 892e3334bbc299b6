// Asks the service for JSON; where it is busy (429, 503), again when it says so: a search box must not fall silent.

const TRIES = 4;
const LONGEST = 3; // seconds to wait before the next try, at most

// Resolves to the parsed answer, or to null where there is none; rejects where the request fails or is given up.
export async function askedFor(address, signal) {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
    if (answer.ok) return answer.json();
    if (tries === TRIES || (answer.status !== 429 && answer.status !== 503)) return null;
    const seconds = Math.min(Number(answer.headers.get("Retry-After")) || 1, LONGEST);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    signal?.throwIfAborted();
  }
}
