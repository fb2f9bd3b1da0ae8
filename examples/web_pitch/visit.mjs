// Opens a sound on the page, or records what the microphone hears; reads the notes that are drawn, listed and saved, and plays the sound.

export async function visit(page, {sound, seconds, screenshot}) {
  await page.setViewportSize({width: 1100, height: 900});
  await page.locator('body[data-state=ready]').waitFor();
  if (sound) await page.locator('#file').setInputFiles(sound);
  else await record(page, seconds);
  await page.locator('body[data-state=heard]').waitFor({timeout: 120_000});
  if (screenshot) await page.screenshot({path: screenshot, fullPage: true});
  const drawn = await page.locator('#roll .note').evaluateAll((shapes) =>
    shapes.map(({dataset: {pitch, start, end}}) => ({pitch: Number(pitch), start: Number(start), end: Number(end)})));
  const listed = await page.locator('#notes tr td:first-child').allTextContents();
  const saved = await page.evaluate(async () => (await fetch(document.querySelector('#download').href)).json());
  const status = await page.locator('#status').textContent();
  return {drawn, listed, saved, status, ...(await play(page))};
}

async function record(page, seconds) {
  const button = page.getByRole('button');
  await button.filter({hasText: 'Record'}).click();
  await page.getByText('Recording …').waitFor();
  await page.waitForTimeout(1000 * seconds);
  await button.filter({hasText: 'Stop'}).click();
}

/** Where the line on the roll is, in seconds, when the sound is played and when it is moved to 2 s. */
async function play(page) {
  const player = page.locator('#player');
  await player.evaluate((audio) => audio.play());
  await page.waitForFunction(() => document.querySelector('#player').currentTime > 0.5);
  await player.evaluate((audio) => audio.pause());
  const duration = await player.evaluate((audio) => audio.duration);
  const played = await line(page);
  await player.evaluate((audio) => new Promise((resolve) => {
    audio.addEventListener('seeked', () => setTimeout(resolve), {once: true});
    audio.currentTime = 2;
  }));
  return {duration, played, moved: await line(page)};
}

const line = (page) => page.evaluate(() => {
  const {x1, transform} = document.querySelector('#roll .playhead');
  const shift = transform.baseVal.consolidate()?.matrix.e ?? 0;
  const second = document.querySelector('#roll .second').x1.baseVal.value;
  return {at: document.querySelector('#player').currentTime, line: (x1.baseVal.value + shift) / second};
});
