// Makes pages quicker where the browser can; without it, every page works as a plain page.

/** The page at an address, or the page that a form leads to. */
async function load(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", ...options });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { answer, page, path: new URL(answer.url).pathname };
}

/** Puts parts of a loaded page in the place of the same parts here. */
function swap(page, ...ids) {
  for (const id of ids) {
    const [now, then] = [document.getElementById(id), page.getElementById(id)];
    if (now && then) now.replaceWith(document.adoptNode(then));
  }
}

function announce(page) {
  const [now, then] = [document.getElementById("notices"), page.getElementById("notices")];
  // Only what changes inside of a live region is read out.
  if (now && then) now.replaceChildren(...then.childNodes);
}

function focusOn(id, back) {
  const part = document.getElementById(id);
  const wanted = part?.querySelector("[data-focus]");
  if (wanted) {
    wanted.focus();
    wanted.scrollIntoView({ block: "nearest" });
  } else if (back) {
    document.getElementById(back)?.querySelector("a[data-swap]")?.focus();
  }
}

async function swapTo(element, address, options) {
  const id = element.dataset.swap;
  const row = element.closest("tr")?.id;
  const part = document.getElementById(id);
  part.setAttribute("aria-busy", "true");
  try {
    const { answer, page, path } = await load(address, options);
    if (path !== location.pathname || !page.getElementById(id)) {
      // Another page, such as the sign-in or an error's.
      if (options?.method === "POST" && !answer.redirected) showFailure(page);
      else location.assign(answer.url);
      return;
    }
    swap(page, id);
    announce(page);
    const shown = new URL(answer.url);
    shown.searchParams.delete("done");
    if (answer.ok) history.replaceState(null, "", shown);
    focusOn(id, row);
  } catch {
    say("There is no connection. Nothing was changed; try again.");
  } finally {
    document.getElementById(id)?.removeAttribute("aria-busy");
  }
}

function showFailure(page) {
  say(page.querySelector("[role=alert]")?.textContent.trim() || "That did not work. Try again.");
}

function say(text) {
  const said = document.createElement("p");
  said.className = "alert bad";
  said.textContent = text;
  document.getElementById("notices").replaceChildren(said);
  said.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  swapTo(link, link.href);
});

for (const filler of document.querySelectorAll("[data-fill]")) {
  filler.hidden = false;
  filler.addEventListener("click", () => {
    const field = document.getElementById(filler.dataset.fill);
    field.value = filler.previousElementSibling.textContent;
    field.focus();
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.swap) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    swapTo(form, form.action, { method: "POST", body });
  } else if (form.method === "post") {
    // A second click must not do it twice. Later: the button's own value is to be sent.
    setTimeout(() => form.querySelectorAll("button").forEach((each) => (each.disabled = true)));
  }
});

// Coming back by the browser's history, buttons work again.
addEventListener("pageshow", () => {
  document.querySelectorAll("form[method=post] button").forEach((each) => (each.disabled = false));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest("details.confirm[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

/** Keeps a part of the page up to date for as long as it asks for that; slower while it stays. */
async function poll(id, unchanged = 0) {
  const part = document.getElementById(id);
  const pause = Number(part?.dataset.poll);
  if (!pause) return;
  await new Promise((done) => setTimeout(done, pause * Math.min(1.2 ** unchanged, 8)));
  if (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
  try {
    const { answer, page, path } = await load(location.href);
    if (path !== location.pathname) return location.reload();
    if (!answer.ok || !page.getElementById(id)) return poll(id, unchanged + 5);
    const [now, then] = [document.getElementById(id), page.getElementById(id)];
    if (now.innerHTML !== then.innerHTML && !now.contains(document.activeElement)) {
      swap(page, id);
      tell(now, then);
    } else if (now.dataset.poll !== then.dataset.poll) {
      delete now.dataset.poll;
    } else {
      return poll(id, unchanged + 1);
    }
    return poll(id);
  } catch {
    return poll(id, unchanged + 5);
  }
}

/** Reads a new state out, once. */
function tell(before, after) {
  const state = (part) => part.querySelector(".badge, .summary")?.textContent.trim();
  if (state(after) && state(before) !== state(after)) {
    const said = document.createElement("p");
    said.className = "unseen";
    said.textContent = `State: ${state(after)}`;
    document.getElementById("notices").replaceChildren(said);
  }
}

// What was done is said once, not again when the page is loaded anew.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  history.replaceState(null, "", here);
}
for (const part of document.querySelectorAll("[data-poll][id]")) poll(part.id);
document.querySelector("main [data-focus]")?.focus();
