/* Theme, text size and mode. The server draws them from cookies; this switches them without a page load. */
(function () {
  'use strict';
  var root = document.documentElement;
  var year = 365 * 24 * 3600;

  function apply(name, value) {
    if (value) root.setAttribute('data-' + name, value);
    else root.removeAttribute('data-' + name);
  }

  function remember(name, value) {
    var secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = 'linli_' + name + '=' + value + '; Path=/; Max-Age=' + (value ? year : 0) + '; SameSite=Lax' + secure;
    try {
      var all = JSON.parse(localStorage.getItem('linli-display') || '{}');
      all[name] = value;
      localStorage.setItem('linli-display', JSON.stringify(all));
    } catch (error) { /* private mode: the cookie is enough */ }
  }

  /* A page may be fixed by its address (the gallery); then nothing stored is applied. */
  if (!root.hasAttribute('data-fixed')) {
    try {
      var stored = JSON.parse(localStorage.getItem('linli-display') || '{}');
      ['theme', 'size', 'mode'].forEach(function (name) {
        if (stored[name] && !root.hasAttribute('data-' + name) && document.cookie.indexOf('linli_' + name) < 0) {
          apply(name, stored[name]);
          remember(name, stored[name]);
        }
      });
    } catch (error) { /* nothing stored */ }
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    var button = event.submitter;
    if (!form.hasAttribute('data-display') || !button || root.hasAttribute('data-fixed')) return;
    event.preventDefault();
    apply(button.name, button.value);
    remember(button.name, button.value);
    form.querySelectorAll('button[name="' + button.name + '"]').forEach(function (other) {
      other.setAttribute('aria-pressed', String(other === button));
    });
  });
})();
