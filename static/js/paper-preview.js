// iframe[data-paper]: prints the draft anew some seconds after autosave has kept it.
const PAUSE = 4000;
let timer;

document.addEventListener("kept", () => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    for (const frame of document.querySelectorAll("iframe[data-paper]")) {
      if (frame.offsetParent) frame.src = `${frame.dataset.paper}?at=${Date.now()}#navpanes=0&view=FitH`;
    }
  }, PAUSE);
});
