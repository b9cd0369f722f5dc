// What the other side says, stronger than a page's own volume goes: at a door beside a street. What is loud already is held down, so that it does not crack.

const STRONGER = 4;

export class Louder {
  /** @param {HTMLAudioElement} sound where the call is heard as it comes */
  constructor(sound) {
    this.sound = sound;
    /** @type {AudioContext | null} */
    this.desk = null;
  }

  /** @param {MediaStream} stream of the other side, anew after each mending of the line */
  hear(stream) {
    this.sound.srcObject = stream;
    if (this.desk !== null) this.press(true);
  }

  /** @param {boolean} on */
  press(on) {
    this.desk?.close().catch(() => undefined);
    this.desk = null;
    this.sound.muted = false;
    const stream = this.sound.srcObject;
    if (!on || !(stream instanceof MediaStream)) return;
    const desk = new AudioContext();
    const [strength, limit] = [desk.createGain(), desk.createDynamicsCompressor()];
    strength.gain.value = STRONGER;
    desk.createMediaStreamSource(stream).connect(strength).connect(limit).connect(desk.destination);
    // Heard once, and never not at all. The element plays on without sound: browsers hand on what comes over a line only while one does.
    desk.onstatechange = () => {
      this.sound.muted = desk === this.desk && desk.state === "running";
    };
    this.desk = desk;
  }
}
