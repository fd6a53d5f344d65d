// What scrolls sideways must be reachable by keyboard, and only what scrolls.
const scrollers = ".math-scroll, .pst-scrollable-table-container, pre, .cell_output > .output";

function mark() {
  for (const box of document.querySelectorAll(scrollers)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

addEventListener("load", mark);
document.fonts.ready.then(mark); // formulas change their width when their font arrives
addEventListener("resize", mark);
document.addEventListener("toggle", mark, true); // folds
