// Reads the palette: each colour with its name and the colour of its text.

export async function visit(page) {
  await page.locator('#swatches li').first().waitFor();
  return page.locator('#swatches li').evaluateAll((items) =>
    items.map(({textContent, style}) => ({name: textContent, background: style.background, text: style.color})));
}
