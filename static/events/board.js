/** Boards: verbs by panel; after one is done the page is asked anew, and the new page says what was done. */

import { say } from "../shared/toast.js";
import { onDone, startVerbs } from "./doing.js";
import { startClockDrawer } from "./ticket.js";

const SAID = "board:said";
const UNDO_MS = 10500;

startVerbs();
startClockDrawer();
const said = sessionStorage.getItem(SAID);
if (said) {
  sessionStorage.removeItem(SAID);
  say(said);
}
onDone((told) => {
  if (told.refused) return;
  if (told.said && !told.undo) sessionStorage.setItem(SAID, told.said);
  setTimeout(() => location.reload(), told.undo ? UNDO_MS : 300); // what can be taken back is left its ten seconds
});
