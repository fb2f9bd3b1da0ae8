// Opens a sound on the page, and reads the notes that are drawn, listed and saved.

export async function visit(page, {sound, screenshot}) {
  await page.setViewportSize({width: 1100, height: 900});
  await page.locator('body[data-state=ready]').waitFor();
  await page.locator('#file').setInputFiles(sound);
  await page.locator('body[data-state=heard]').waitFor({timeout: 120_000});
  if (screenshot) await page.screenshot({path: screenshot, fullPage: true});
  const drawn = await page.locator('#roll .note').evaluateAll((shapes) =>
    shapes.map(({dataset: {pitch, start, end}}) => ({pitch: Number(pitch), start: Number(start), end: Number(end)})));
  const listed = await page.locator('#notes tr td:first-child').allTextContents();
  const saved = await page.evaluate(async () => (await fetch(document.querySelector('#download').href)).json());
  return {drawn, listed, saved, status: await page.locator('#status').textContent()};
}
