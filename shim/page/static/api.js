// Asking the server: every request carries the token that only this page's script knows.

const TOKEN = "page-token";

export class NotLoggedIn extends Error {}

function token() {
  return localStorage.getItem(TOKEN) ?? "";
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: { "X-Page-Token": token(), ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The page's server does not answer. It is started again by itself if shim runs.");
  }
  if (answer.status === 401) throw new NotLoggedIn();
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.error ?? `The server answered ${answer.status}.`);
  }
  return answer;
}

export async function get(path, query = {}) {
  const chosen = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const asked = new URLSearchParams(chosen).toString();
  return (await ask(asked ? `${path}?${asked}` : path)).json();
}

export async function post(path, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return (await ask(path, options)).json();
}

export async function logIn(key) {
  const { token: fresh } = await post("/api/login", { key });
  localStorage.setItem(TOKEN, fresh);
}

export async function logOut() {
  await post("/api/logout", {}).catch(() => {});
  localStorage.removeItem(TOKEN);
}

/** Call `changed` whenever the recording changes and `state` with "live" or "lost", until `signal` ends it. */
export async function follow(changed, state, signal) {
  for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 10_000)) {
    try {
      const answer = await ask("/api/live", { signal });
      state("live");
      pause = 500;
      await events(answer.body.getReader(), changed);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof NotLoggedIn) throw error;
    }
    state("lost");
    await new Promise((done) => setTimeout(done, pause));
  }
}

async function events(reader, changed) {
  const decoder = new TextDecoder();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop();
    if (blocks.some((block) => block.startsWith("event: changed"))) changed();
  }
}
