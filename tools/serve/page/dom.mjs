// Elements in one call.

/**
 * @param {string} tag with classes: `div.card`.
 * @param {object} [properties] of the element; `data` becomes data attributes, what has a dash or is `role` or `for` an attribute.
 * @param {...(Node | string | null)} children
 */
export function make(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'data') Object.assign(element.dataset, value);
    else if (key.includes('-') || ['role', 'for', 'list'].includes(key)) element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A labelled control; the label is read with it. */
export const field = (label, control) => make('label.field', {}, make('span', {}, label), control);

/** Lets the page draw before work that keeps it busy. */
export const breathe = () => new Promise((resolve) => { setTimeout(resolve, 0); });
