/* Live maps. <div data-map data-geojson="url" data-points="url" data-lon data-lat data-zoom data-pick="#lon,#lat,#crs"
   data-tiles="url template" data-attribution="…"> inside .map-box.
   Polygons carry properties.name; points carry properties {name, url}. With data-pick the middle of the map is the chosen
   place: drag, arrow keys, or [data-map-locate]. Browsers give WGS-84, so #crs becomes "wgs84". Works without any tiles. */
(function () {
  'use strict';
  if (!window.L) return;

  function inside(point, ring) {
    var result = false;
    for (var i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      var a = ring[i];
      var b = ring[j];
      if ((a[1] > point.lat) !== (b[1] > point.lat) &&
        point.lng < (b[0] - a[0]) * (point.lat - a[1]) / (b[1] - a[1]) + a[0]) result = !result;
    }
    return result;
  }

  function nameAt(point, features) {
    var hit = features.find(function (feature) {
      var shapes = feature.geometry.type === 'MultiPolygon' ? feature.geometry.coordinates : [feature.geometry.coordinates];
      return shapes.some(function (rings) {
        return inside(point, rings[0]) && !rings.slice(1).some(function (hole) { return inside(point, hole); });
      });
    });
    return hit ? hit.properties.name : '';
  }

  function json(url) {
    return fetch(url, { credentials: 'same-origin' }).then(function (reply) {
      if (!reply.ok) throw new Error(reply.status);
      return reply.json();
    });
  }

  function escaped(text) {
    var holder = document.createElement('span');
    holder.textContent = text;
    return holder;
  }

  function setUp(element) {
    var data = element.dataset;
    var box = element.closest('.map-box') || element;
    var words = box.parentElement.querySelector('[data-map-words]');
    var pick = (data.pick || '').split(',').filter(Boolean).map(function (query) { return document.querySelector(query.trim()); });
    var map = L.map(element, { attributionControl: Boolean(data.tiles), zoomControl: false, keyboardPanDelta: pick.length ? 24 : 80, minZoom: 9, maxZoom: 19 });
    var colour = getComputedStyle(document.documentElement).getPropertyValue('--brand').trim() || '#1b5a9e';
    var features = [];
    var lon = parseFloat((pick[0] && pick[0].value) || data.lon);
    var lat = parseFloat((pick[1] && pick[1].value) || data.lat);
    var placed = isFinite(lon) && isFinite(lat);
    var touched = Boolean(pick[0] && pick[0].value);

    L.control.zoom({ position: 'bottomright', zoomInTitle: data.zoomIn || '+', zoomOutTitle: data.zoomOut || '-' }).addTo(map);
    if (data.tiles) {
      map.attributionControl.setPrefix(false);
      L.tileLayer(data.tiles, { maxZoom: 19, maxNativeZoom: 18, attribution: data.attribution || '' }).addTo(map);
    }
    map.setView(placed ? [lat, lon] : [35, 105], placed ? Number(data.zoom) || 17 : 9, { animate: false });

    function moved() {
      if (!pick.length) return;
      var centre = map.getCenter();
      if (touched) {
        pick[0].value = centre.lng.toFixed(6);
        pick[1].value = centre.lat.toFixed(6);
        if (pick[2]) pick[2].value = 'wgs84';
      }
      if (!words) return;
      var name = nameAt(centre, features);
      words.textContent = touched ? (name ? (data.wordsChosen || '{name}').replace('{name}', name) : data.wordsOutside || '') : data.wordsStart || '';
    }

    /* Only what a person does counts as choosing: showing the map must not put a place on the form. */
    ['mousedown', 'touchstart', 'keydown', 'wheel'].forEach(function (kind) {
      box.addEventListener(kind, function (event) {
        if (kind !== 'keydown' || /^Arrow|^[+-]$/.test(event.key)) touched = true;
      }, { passive: true });
    });
    map.on('moveend', moved);

    if (data.geojson) {
      json(data.geojson).then(function (collection) {
        features = collection.features;
        var layer = L.geoJSON(collection, {
          interactive: !pick.length,
          style: { color: colour, weight: 2, fillColor: colour, fillOpacity: 0.06 },
          onEachFeature: function (feature, shape) {
            shape.bindTooltip(escaped(feature.properties.name), { permanent: !data.points, direction: 'center', className: 'map-label' });
            if (feature.properties.url) shape.on('click', function () { location.assign(feature.properties.url); });
          }
        }).addTo(map);
        if (!placed && features.length) map.fitBounds(layer.getBounds(), { padding: [8, 8], animate: false });
        moved();
      }).catch(function () { if (words) words.textContent = data.wordsFailed || ''; });
    }
    if (data.points) {
      json(data.points).then(function (collection) {
        L.geoJSON(collection, {
          pointToLayer: function (feature, at) { return L.circleMarker(at, { radius: 9, color: '#fff', weight: 2, fillColor: colour, fillOpacity: 0.95 }); },
          onEachFeature: function (feature, marker) {
            var link = document.createElement('a');
            link.href = feature.properties.url || '#';
            link.textContent = feature.properties.name;
            marker.bindPopup(link);
          }
        }).addTo(map);
      }).catch(function () {});
    }

    var locate = box.querySelector('[data-map-locate]');
    if (locate && navigator.geolocation && window.isSecureContext) {
      locate.hidden = false;
      locate.addEventListener('click', function () {
        locate.disabled = true;
        navigator.geolocation.getCurrentPosition(function (found) {
          locate.disabled = false;
          touched = true;
          map.setView([found.coords.latitude, found.coords.longitude], 17);
          moved();
        }, function () {
          locate.disabled = false;
          if (words) words.textContent = data.wordsNoPlace || '';
        }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
      });
    }
    moved();
  }

  document.querySelectorAll('[data-map]').forEach(setUp);
})();
