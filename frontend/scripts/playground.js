// @ts-check
// Shows the answer to a query in GraphQL below it. Without this, the form opens it.

/**
 * A form's text, trimmed.
 *
 * @param {HTMLFormElement} form
 * @param {string} name
 */
const text = (form, name) => String(new FormData(form).get(name) ?? "").trim();

/** @param {HTMLFormElement} form */
const run = async (form) => {
  const output = document.getElementById("answer");
  const code = output?.querySelector("code");
  if (!output || !code) return;
  output.hidden = false;
  output.setAttribute("aria-busy", "true");
  // The variables are passed on as they are written: parsing them would round long numbers.
  const variables = text(form, "variables") || "{}";
  const body = `{"query": ${JSON.stringify(text(form, "query"))}, "variables": ${variables}}`;
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const response = await fetch(form.action, { method: "POST", headers, body });
    code.textContent = indented(await response.text());
  } catch {
    code.textContent = "The server did not answer. Try again.";
  }
  output.removeAttribute("aria-busy");
};

/**
 * JSON with line breaks. Its values stay as they are written: parsing them would round long numbers.
 *
 * @param {string} json
 */
const indented = (json) => {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return json.replace(/"(?:[^"\\]|\\.)*"|\[\]|\{\}|[[{]|[\]}]|,|:/g, (part) => {
    if (part === "[" || part === "{") {
      depth += 1;
      return part + line();
    }
    if (part === "]" || part === "}") {
      depth -= 1;
      return line() + part;
    }
    if (part === ",") return part + line();
    return part === ":" ? ": " : part;
  });
};

/** @param {EventTarget | null} target */
const formOf = (target) => (target instanceof Element ? target.closest("form") : null);

addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form?.classList.contains("playground")) return;
  event.preventDefault();
  void run(form);
});

addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = formOf(event.target);
  if (form?.classList.contains("playground")) form.requestSubmit();
});
