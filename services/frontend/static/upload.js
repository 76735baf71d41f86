// Shows how far an upload is, and sends the browser on when it is done.

const form = document.getElementById("upload");
const bar = document.getElementById("progress");
const percent = document.getElementById("percent");
const problem = document.getElementById("upload-error");

function show(part) {
  bar.value = part;
  percent.textContent = `${Math.round(part)} %`;
}

function fail(text) {
  form.querySelector(".progress").hidden = true;
  form.querySelector("button").disabled = false;
  problem.textContent = text;
  problem.hidden = false;
}

function finished(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  if (request.status < 400) {
    const shown = new URL(request.responseURL);
    if (shown.pathname.startsWith("/files/")) shown.searchParams.set("done", "uploaded");
    location.assign(shown);
  } else {
    fail(page.querySelector("main [role=alert]")?.textContent.trim() || "The upload failed. Try again.");
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  problem.hidden = true;
  form.querySelector(".progress").hidden = false;
  form.querySelector("button").disabled = true;
  show(0);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (step) => {
    if (step.lengthComputable) show((100 * step.loaded) / step.total);
  });
  request.addEventListener("load", () => finished(request));
  request.addEventListener("error", () => fail("The connection broke. Try again."));
  request.open("POST", form.action);
  request.send(new FormData(form));
});
