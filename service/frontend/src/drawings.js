// Buttons beside drawings of a page: what they open is fetched when somebody asks for it, and the drawing, its links and
// its table stay for everybody else.

const styles = new Map();

// Loads a style sheet once; resolves when it counts.
function styled(address) {
  if (!styles.has(address)) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    const ready = new Promise((loaded, failed) => {
      link.addEventListener("load", loaded);
      link.addEventListener("error", failed);
    });
    document.head.append(link);
    styles.set(address, ready);
  }
  return styles.get(address);
}

function canOpen(kind) {
  return kind !== "network" || Boolean(document.createElement("canvas").getContext("webgl2"));
}

function enhance(opener) {
  const { kind, script, style, open, close, failed } = opener.dataset;
  if (!canOpen(kind)) return opener.remove();
  const button = opener.querySelector("button");
  const told = opener.querySelector("[role=status]");
  const figure = opener.closest("figure");
  const still = figure.querySelector("[data-still]");
  let shut;
  const show = async () => {
    button.setAttribute("aria-busy", "true");
    const place = document.createElement("div");
    try {
      const [{ show }] = await Promise.all([import(script), styled(style)]);
      still.after(place);
      shut = await show(place, still, opener.dataset, told);
      still.toggleAttribute("hidden", true); // an SVG has no such property
    } catch (error) {
      place.remove();
      told.textContent = failed;
      console.warn(error);
      return;
    } finally {
      button.removeAttribute("aria-busy");
    }
    const leave = shut;
    shut = () => {
      leave();
      place.remove();
      still.toggleAttribute("hidden", false);
    };
    button.textContent = close;
    button.setAttribute("aria-expanded", "true");
  };
  button.addEventListener("click", () => {
    told.textContent = "";
    if (!shut) return button.hasAttribute("aria-busy") ? undefined : show();
    shut();
    shut = undefined;
    button.textContent = open;
    button.setAttribute("aria-expanded", "false");
  });
  button.setAttribute("aria-expanded", "false");
  opener.dataset.ready = "";
}

for (const opener of document.querySelectorAll(".opener")) enhance(opener);
