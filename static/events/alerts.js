/** 撤回误报: counts the seconds down and takes the offer away with them. */

for (const form of document.querySelectorAll("[data-goes-in]")) {
  let left = Number(form.dataset.goesIn);
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) form.querySelector("[data-left]").textContent = String(left);
    else {
      clearInterval(timer);
      form.remove();
    }
  }, 1000);
}
