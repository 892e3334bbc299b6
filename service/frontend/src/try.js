// Swagger UI over this service's own description: requests go to the address the page came from, and to no other.

const place = document.getElementById("try");

// Its own dark colours, where the reader wants those.
const dark = matchMedia("(prefers-color-scheme: dark)");
const shade = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", shade);
shade();

// It makes a main part of its own; there is one already, and this is inside it.
const named = new MutationObserver(() => {
  const inner = place.querySelector("main:not([role])");
  inner?.setAttribute("role", "region");
  inner?.setAttribute("aria-label", place.dataset.name);
});
named.observe(place, { childList: true, subtree: true });

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
