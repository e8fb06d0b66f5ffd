/** Sign-in: focus on what is missing, nothing else. */

const summary = document.querySelector("[data-error-summary]");
const empty = [...document.querySelectorAll("form.stack input:not([type=hidden])")].find((field) => !field.value);
(summary || empty || document.body).focus();
document.documentElement.dataset.ready = "1";
