/* Chosen photos: shown small, removable, at most data-max, and shrunk to 2048 px JPEG before they leave the phone.
   <div data-photos data-max="9" data-remove="Remove photo {n}"> <div data-photos-list></div>
   <label class="add-photo">… <input type="file" multiple></label> <p data-photos-full hidden></p> </div>
   Without JavaScript the plain file input does its work. */
(function () {
  'use strict';
  var LONGEST = 2048;
  var QUALITY = 0.82;

  /* Leaves a photo alone that is already small, or that this browser cannot decode (the server then says so). */
  function shrink(file) {
    if (!/^image\//.test(file.type) || file.size < 300 * 1024) return Promise.resolve(file);
    var url = URL.createObjectURL(file);
    return new Promise(function (done) {
      var image = new Image();
      image.onerror = function () { URL.revokeObjectURL(url); done(file); };
      image.onload = function () {
        var scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
        var canvas = document.createElement('canvas');
        canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
        canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
        canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
        URL.revokeObjectURL(url);
        canvas.toBlob(function (blob) {
          if (!blob || blob.size >= file.size) { done(file); return; }
          done(new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg', lastModified: file.lastModified }));
        }, 'image/jpeg', QUALITY);
      };
      image.src = url;
    });
  }

  function transfer(files) {
    var holder = new DataTransfer();
    files.forEach(function (file) { holder.items.add(file); });
    return holder.files;
  }

  function setUp(box) {
    var input = box.querySelector('input[type=file]');
    var list = box.querySelector('[data-photos-list]');
    var full = box.querySelector('[data-photos-full]');
    var max = Number(box.getAttribute('data-max')) || 9;
    var kept = [];
    try { transfer([]); } catch (error) { return; } /* Safari 14.0: the plain input stays */

    function draw() {
      list.textContent = '';
      kept.forEach(function (file, index) {
        var figure = document.createElement('figure');
        var image = document.createElement('img');
        image.alt = file.name;
        image.src = URL.createObjectURL(file);
        image.onload = function () { URL.revokeObjectURL(image.src); };
        var remove = document.createElement('button');
        remove.type = 'button';
        remove.className = 'button';
        remove.textContent = '×';
        remove.setAttribute('aria-label', (box.getAttribute('data-remove') || '{n}').replace('{n}', index + 1));
        remove.onclick = function () { kept.splice(index, 1); apply(); input.focus(); };
        figure.append(image, remove);
        list.append(figure);
      });
    }

    function apply() {
      if (full) full.hidden = kept.length <= max;
      kept = kept.slice(0, max);
      input.files = transfer(kept);
      draw();
    }

    input.addEventListener('change', function () {
      var chosen = Array.prototype.slice.call(input.files);
      var form = input.form;
      box.setAttribute('aria-busy', 'true');
      input.files = transfer(kept);
      Promise.all(chosen.map(shrink)).then(function (files) {
        kept = kept.concat(files);
        apply();
        box.removeAttribute('aria-busy');
        if (form) form.dispatchEvent(new CustomEvent('linli:photos', { bubbles: true }));
      });
    });
    if (input.form) input.form.addEventListener('reset', function () { kept = []; setTimeout(apply); });
    /* The outbox gives photos back through this event. */
    box.addEventListener('linli:restore', function (event) { kept = event.detail; apply(); });
  }

  document.querySelectorAll('[data-photos]').forEach(setUp);
})();
