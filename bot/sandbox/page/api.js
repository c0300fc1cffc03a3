/**
 * The sandbox servers, spoken to as people's clients do: one call per act, one socket for what happens.
 */

/** Where the servers live on this origin. */
export const SLACK = "/slack";
export const TELEGRAM = "/telegram";
export const WHATSAPP = "/whatsapp";

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

/**
 * Do one thing as a person; arguments may be files. Throws `Refusal`, except that a form's `errors` are an answer of
 * their own.
 */
export async function act(base, name, body) {
  const answer = await fetched(`${base}/client/${name}`, { method: "POST", ...sent(body) });
  if (answer.ok === false && !answer.errors) throw new Refusal(answer.error);
  return answer;
}

/** The arguments as JSON; where files are among them, as a form with the rest in its field `given`. */
function sent(body) {
  const files = Object.entries(body).filter(([, value]) => [value].flat()[0] instanceof File);
  if (!files.length) return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const form = new FormData();
  const names = files.map(([name]) => name);
  form.append("given", JSON.stringify(body, (name, value) => (names.includes(name) ? undefined : value)));
  for (const [name, value] of files) for (const file of [value].flat()) form.append(name, file);
  return { body: form };
}

/** Turn a switch of the demo itself (or, without `body`, ask how all of them stand). */
export async function control(name, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetched(`/control/${name}`, options);
  if (answer.ok === false) throw new Refusal(answer.error);
  return answer;
}

/**
 * Keep a store true: load it, then hand it every frame, and start over whenever the line drops.
 *
 * @param options.load takes a whole state
 * @param options.apply takes a frame
 * @param options.online takes whether the line holds
 * @returns a function that ends the connection
 */
export function follow(base, options) {
  const line = { base, ...options, socket: null, ended: false, retry_ms: FIRST_RETRY_MS };
  connect(line);
  return () => {
    line.ended = true;
    line.socket.close();
  };
}

function connect(line) {
  if (line.ended) return;
  const address = new URL(
    `${line.base}/client/live${line.as ? `?as=${encodeURIComponent(line.as)}` : ""}`,
    location.href,
  );
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  line.socket = socket;
  // Frames that come while the state is read are applied after it. Each carries a whole message, so one that the
  // state already contains does no harm.
  const early = [];
  socket.onmessage = ({ data }) => early.push(JSON.parse(data));
  socket.onopen = () => catchUp(line, socket, early).catch(() => socket.close());
  socket.onclose = () => lost(line);
}

async function catchUp(line, socket, early) {
  const state = await read(line.base, line.as);
  if (line.ended) return;
  line.load(state);
  early.forEach(line.apply);
  socket.onmessage = ({ data }) => line.apply(JSON.parse(data));
  line.retry_ms = FIRST_RETRY_MS;
  line.online(true);
}

function lost(line) {
  if (line.ended) return;
  line.online(false);
  setTimeout(connect, line.retry_ms, line);
  line.retry_ms = Math.min(line.retry_ms * 2, LAST_RETRY_MS);
}
