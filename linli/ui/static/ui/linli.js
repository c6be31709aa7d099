/* Small things every page needs: print, copy, toasts, menus, double submits, htmx's token, focus after a swap. */
(function () {
  'use strict';
  function closest(event, query) { return event.target.closest ? event.target.closest(query) : null; }

  document.addEventListener('click', function (event) {
    var element;
    if (closest(event, '[data-print]')) window.print();
    else if ((element = closest(event, '[data-copy]'))) copy(element);
    else if ((element = closest(event, '[data-close]'))) element.closest('[data-closable]').remove();
    document.querySelectorAll('details.menu[open]').forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    document.querySelectorAll('details.menu[open]').forEach(function (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    });
  });

  /* A row that scrolls sideways on a phone begins at the entry that is open. */
  document.querySelectorAll('.tabs [aria-current], .sections [aria-current]').forEach(function (entry) {
    var row = entry.parentElement;
    row.scrollLeft = entry.offsetLeft - (row.clientWidth - entry.offsetWidth) / 2;
  });

  function copy(element) {
    var text = element.getAttribute('data-copy');
    function said() {
      var before = element.textContent;
      var word = element.getAttribute('data-copied');
      if (!word) return;
      element.textContent = word;
      setTimeout(function () { element.textContent = before; }, 2000);
    }
    if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(said); return; }
    var area = document.createElement('textarea'); /* no clipboard without HTTPS on an intranet */
    area.value = text;
    area.className = 'screen-reader';
    document.body.append(area);
    area.select();
    if (document.execCommand('copy')) said();
    area.remove();
  }

  /* Toasts go after ten seconds, unless they tell of an error or somebody is reading or using them. */
  function hideLater(toast) {
    if (toast.classList.contains('toast-error')) return;
    setTimeout(function () {
      if (toast.matches(':hover') || toast.contains(document.activeElement)) hideLater(toast);
      else toast.remove();
    }, 10000);
  }
  document.querySelectorAll('.toast').forEach(hideLater);

  /* One press, one request. A page taken from the back/forward cache can be used again. */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('data-outbox') || form.hasAttribute('hx-post')) return;
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    setTimeout(function () { form.removeAttribute('data-sent'); }, 8000);
  });
  window.addEventListener('pageshow', function (event) {
    if (!event.persisted) return;
    document.querySelectorAll('[data-sent], [data-sending]').forEach(function (form) {
      form.removeAttribute('data-sent');
      form.removeAttribute('data-sending');
    });
  });

  document.addEventListener('htmx:configRequest', function (event) {
    var token = document.querySelector('meta[name=csrf]');
    if (token && event.detail.verb !== 'get') event.detail.headers['X-CSRFToken'] = token.content;
  });
  /* A form that comes back with errors is 422 and must be shown. */
  document.addEventListener('htmx:beforeSwap', function (event) {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener('htmx:afterSwap', function (event) {
    event.detail.target.querySelectorAll('.toast').forEach(hideLater);
    var target = event.detail.target.querySelector('[data-focus]');
    if (target) { target.tabIndex = -1; target.focus(); }
  });
  var summary = document.querySelector('.error-summary[data-focus]');
  if (summary) { summary.tabIndex = -1; summary.focus(); }
})();
