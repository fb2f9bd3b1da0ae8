// Picks colours and reads their names.

export async function visit(page, colours) {
  const read = [];
  for (const colour of colours) {
    await page.locator('#names li').first().waitFor();
    await page.locator('#colour').fill(colour);
    await page.locator(`#names[data-colour="${colour}"]`).waitFor();
    read.push(await page.locator('#name').textContent());
  }
  return read;
}
