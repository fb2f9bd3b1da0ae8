// What the page says where it gets no microphone, and for a file that is no sound.

export async function visit(page) {
  await page.locator('body[data-state=ready]').waitFor();
  const said = async (step) => {
    await step();
    await page.locator('body.failed').waitFor();
    const text = await page.locator('#status').textContent();
    await page.evaluate(() => document.body.classList.remove('failed'));
    return text;
  };
  const record = page.getByRole('button', {name: 'Record'});
  const replace = (name) => page.evaluate((which) => {
    const devices = {refused: {getUserMedia: () => Promise.reject(new DOMException('', 'NotAllowedError'))}, none: undefined};
    Object.defineProperty(navigator, 'mediaDevices', {configurable: true, value: devices[which]});
  }, name);
  await replace('refused');
  const refused = await said(() => record.click());
  await replace('none');
  const none = await said(() => record.click());
  const noSound = await said(() => page.locator('#file').setInputFiles({name: 'a.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF')}));
  return {refused, none, 'no sound': noSound, 'enabled': await record.isEnabled()};
}
