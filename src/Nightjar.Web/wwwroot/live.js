// Says when the daemon does not answer any more, and asks nothing while nobody looks.
(() => {
  'use strict';
  const lost = (is) => {
    const line = document.getElementById('lost');
    if (line) line.hidden = !is;
    document.documentElement.classList.toggle('is-lost', is);
  };
  ['htmx:sendError', 'htmx:timeout'].forEach((name) => document.addEventListener(name, () => lost(true)));
  document.addEventListener('htmx:beforeOnLoad', (event) => lost(event.detail.xhr.status >= 500));
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (document.hidden) event.preventDefault();
  });

  // Only one of a row of small forms is open at a time; Escape closes it.
  document.addEventListener('toggle', (event) => {
    const opened = event.target;
    if (!(opened instanceof HTMLDetailsElement) || !opened.open || !opened.matches('.act')) return;
    document.querySelectorAll('details.act[open]').forEach((other) => {
      if (other !== opened) other.open = false;
    });
    opened.querySelector('input:not([type=hidden])')?.focus();
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    document.querySelectorAll('details.act[open]').forEach((opened) => {
      opened.open = false;
      opened.querySelector('summary')?.focus();
    });
  });
})();
