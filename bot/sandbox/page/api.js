/**
 * The two sandbox servers, spoken to as people's clients do: one call per act, one socket for what happens.
 */

/** Where the servers live on this origin. */
export const SLACK = "/slack";
export const TELEGRAM = "/telegram";

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;

/** What a server (or the way to it) would not do; the message is a sentence for the person. */
export class Refusal extends Error {}

async function fetched(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    throw new Refusal("The sandbox does not answer. Is loket demo still running?", { cause: error });
  }
  try {
    return await response.json();
  } catch (error) {
    throw new Refusal(`The sandbox answered ${response.status} ${response.statusText}`, { cause: error });
  }
}

/** Everything that is to be seen, for one person or (without `as`) for nobody in particular. */
export async function read(base, as) {
  const state = await fetched(`${base}/client/state${as ? `?as=${encodeURIComponent(as)}` : ""}`);
  if (state.ok === false) throw new Refusal(state.error);
  return state;
}

/** Do one thing as a person. Throws `Refusal`, except that a form's `errors` are an answer of their own. */
export async function act(base, name, body) {
  const answer = await fetched(`${base}/client/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok === false && !answer.errors) throw new Refusal(answer.error);
  return answer;
}

/**
 * Keep a store true: load it, then hand it every frame, and start over whenever the line drops.
 *
 * Frames that arrive while the state is being read are applied after it; each carries a whole message, so that one
 * which the state already contains does no harm.
 *
 * @returns a function that ends the connection
 */
export function follow(base, { as, load, apply, online }) {
  let socket;
  let ended = false;
  let retry_ms = FIRST_RETRY_MS;
  const connect = () => {
    if (ended) return;
    const address = new URL(`${base}/client/live${as ? `?as=${encodeURIComponent(as)}` : ""}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    let waiting = [];
    socket = new WebSocket(address);
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (waiting) waiting.push(frame);
      else apply(frame);
    };
    socket.onopen = async () => {
      try {
        const state = await read(base, as);
        if (ended) return;
        load(state);
        waiting.forEach(apply);
        waiting = null;
        retry_ms = FIRST_RETRY_MS;
        online(true);
      } catch {
        socket.close();
      }
    };
    socket.onclose = () => {
      if (ended) return;
      online(false);
      setTimeout(connect, retry_ms);
      retry_ms = Math.min(retry_ms * 2, LAST_RETRY_MS);
    };
  };
  connect();
  return () => {
    ended = true;
    socket.close();
  };
}
