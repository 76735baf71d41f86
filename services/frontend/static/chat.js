// Shows the assistant's answer while it is being written.

const form = document.getElementById("ask");
const messages = document.getElementById("messages");
const field = document.getElementById("message");

function say(who, text) {
  messages.querySelector(".hello")?.remove();
  const said = document.createElement("article");
  said.className = `said ${who === "You" ? "mine" : "theirs"}`;
  const name = document.createElement("h2");
  name.className = "unseen";
  name.textContent = who;
  const words = document.createElement("p");
  words.textContent = text;
  said.append(name, words);
  messages.append(said);
  said.scrollIntoView({ block: "end" });
  return said;
}

/** Gives each event of a stream: its name, and its data as an object. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += (value ?? "").replaceAll("\r", "");
    const parts = rest.split("\n\n");
    rest = done ? "" : parts.pop();
    for (const part of parts) {
      const lines = part.split("\n");
      const of = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
      if (of("data").length) yield { name: of("event")[0] ?? "message", data: JSON.parse(of("data").join("\n")) };
    }
    if (done) return;
  }
}

function show(said, { name, data }) {
  const words = said.querySelector("p");
  if (name === "error") throw new Error((data.error ?? data).message);
  if (data.session_id) remember(data.session_id);
  if (data.response !== undefined) words.textContent = data.response;
  else if (typeof data.text === "string") words.textContent += data.text;
  if (name === "tool") tools(said, [data.name]);
  if (data.tools_used?.length) tools(said, data.tools_used);
  said.scrollIntoView({ block: "end" });
}

function remember(session) {
  form.elements.session_id.value = session;
  history.replaceState(null, "", `/chat/${encodeURIComponent(session)}`);
}

/** Shows a new conversation in the list of the latest ones. */
async function list() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [now, then] = [document.getElementById("conversations"), page.getElementById("conversations")];
  if (answer.ok && then) now.replaceWith(document.adoptNode(then));
}

function tools(said, used) {
  const told = said.querySelector("small") ?? said.appendChild(document.createElement("small"));
  told.textContent = `Used: ${[...new Set(used)].join(", ").replaceAll("_", " ")}`;
}

async function ask() {
  const body = new URLSearchParams(new FormData(form));
  say("You", field.value.trim());
  field.value = "";
  const said = say("Assistant", "");
  said.classList.add("waiting");
  said.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.stream, { method: "POST", body, credentials: "same-origin" });
    if (answer.redirected) return location.assign(answer.url);
    if (!answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      throw new Error(page.querySelector("[role=alert]")?.textContent.trim());
    }
    const known = form.elements.session_id.value;
    for await (const event of events(answer.body)) show(said, event);
    if (form.elements.session_id.value !== known) list().catch(() => {});
  } catch (error) {
    said.classList.add("wrong");
    said.querySelector("p").textContent = (error instanceof TypeError ? "" : error.message) || "The answer broke off. Try again.";
  } finally {
    said.classList.remove("waiting");
    said.removeAttribute("aria-busy");
    field.focus();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.value.trim() && !messages.querySelector(".waiting")) ask();
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

messages.lastElementChild?.scrollIntoView({ block: "end" });
