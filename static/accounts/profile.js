/** The switch for single keys is kept on this machine as well, where the key handler reads it. */

import { setSingleKeys, singleKeysOn } from "../shared/keys.js";

const form = document.querySelector("[data-keys-form]");
const box = form && form.querySelector("[name=single_keys]");
if (box) {
  if (box.checked !== singleKeysOn()) setSingleKeys(box.checked);
  form.addEventListener("submit", () => setSingleKeys(box.checked));
}
