// What a person does at a page, counted: each press, each click, each piece of text is one step.
export class Hands {
  #page;
  steps = 0;

  constructor(page) {
    this.#page = page;
  }

  async click(target) {
    this.steps += 1;
    await target.click();
  }

  async type(target, text) {
    this.steps += 1;
    await target.pressSequentially(text);
  }

  async choose(target, option) {
    this.steps += 1;
    await target.selectOption({ label: option });
  }

  async press(key) {
    this.steps += 1;
    await this.#page.keyboard.press(key);
  }
}
