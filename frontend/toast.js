// One sentence about what has just happened, or could not.
const toast = (() => {
  const said = document.createElement("p");
  said.className = "toast";
  said.setAttribute("role", "status");
  // It has to be there before it says something, and the page is still streaming in now.
  const beThere = () => said.isConnected || document.body.append(said);
  // A page that takes the place of another has taken it away.
  document.addEventListener("focusin", beThere);
  let timer;
  return (text) => {
    beThere();
    said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => (said.textContent = ""), 4000);
  };
})();
