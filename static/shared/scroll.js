/** Boxes that scroll sideways can be reached by the keyboard, while there is something to scroll. */

const boxes = ".scroll-x:not([role])";

function mark(box) {
  if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}

export function startScrolling() {
  const markAll = () => document.querySelectorAll(boxes).forEach(mark);
  markAll();
  addEventListener("resize", markAll);
  addEventListener("load", markAll);
  document.body.addEventListener("htmx:afterSettle", markAll);
  document.addEventListener("toggle", markAll, true);
}
