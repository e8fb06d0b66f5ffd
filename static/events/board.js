/** Boards: verbs by panel; after one is done the page is asked anew. */

import { onDone, startVerbs } from "./doing.js";
import { startClockDrawer } from "./ticket.js";

startVerbs();
startClockDrawer();
onDone(({ refused }) => { if (!refused) setTimeout(() => location.reload(), 1200); });
