// @ts-check
// Type to find an option: hides the form's options that do not match.
import { closest, find, findAll } from "./elements.js";

document.addEventListener("input", (event) => {
  const field = closest(event, ".search input");
  const form = field?.closest("form");
  if (!(field instanceof HTMLInputElement) || !form) return;
  const wanted = field.value.toLowerCase();
  const options = findAll(form, ".option");
  for (const option of options) option.hidden = !option.textContent?.toLowerCase().includes(wanted);
  const none = find(form, ".no-match");
  if (none) none.hidden = options.some((option) => !option.hidden);
});
