// Sound between two browsers: perfect negotiation (WebRTC 1.0, section 10.7), sound only. The sockets pass on what this says.

/**
 * @typedef {{t: "offer" | "answer" | "ice", data: any}} Signal
 * @typedef {{send: (signal: Signal) => void, polite: boolean, servers: RTCIceServer[], onstate: (state: "talking" | "lost") => void, onsound: (stream: MediaStream) => void}} Ends
 */

/** The servers that the page of a call names; none unless the installation has its own. @param {HTMLElement} page @returns {RTCIceServer[]} */
export function serversOf(page) {
  return JSON.parse(page.dataset.servers || "[]");
}

export class Talk {
  /** @param {Ends} ends */
  constructor(ends) {
    this.ends = ends;
    this.making = false;
    this.ignored = false;
    /** @type {RTCIceCandidateInit[]} */
    this.early = [];
    this.line = new RTCPeerConnection({ iceServers: ends.servers });
    this.line.onicecandidate = ({ candidate }) => candidate && ends.send({ t: "ice", data: candidate.toJSON() });
    this.line.onnegotiationneeded = () => this.#offer();
    this.line.ontrack = ({ streams, track }) => ends.onsound(streams[0] ?? new MediaStream([track]));
    this.line.onconnectionstatechange = () => {
      if (this.line.connectionState === "connected") ends.onstate("talking");
      if (this.line.connectionState === "disconnected") ends.onstate("lost");
      if (this.line.connectionState === "failed") {
        ends.onstate("lost");
        this.line.restartIce();
      }
    };
  }

  /**
   * Gives the microphone to the line; without one the line still carries the other side's sound.
   * @param {MediaStream | null} microphone
   */
  speak(microphone) {
    if (microphone) for (const track of microphone.getAudioTracks()) this.line.addTrack(track, microphone);
    else this.line.addTransceiver("audio", { direction: "recvonly" });
  }

  async #offer() {
    try {
      this.making = true;
      await this.line.setLocalDescription();
      this.ends.send({ t: "offer", data: this.line.localDescription });
    } finally {
      this.making = false;
    }
  }

  /** @param {Signal} signal */
  async hear({ t, data }) {
    if (t === "ice") {
      if (!this.line.remoteDescription) this.early.push(data);
      else await this.line.addIceCandidate(data).catch((problem) => this.ignored || Promise.reject(problem));
      return;
    }
    const collides = data.type === "offer" && (this.making || this.line.signalingState !== "stable");
    this.ignored = !this.ends.polite && collides;
    if (this.ignored) return;
    await this.line.setRemoteDescription(data);
    for (const candidate of this.early.splice(0)) await this.line.addIceCandidate(candidate).catch(() => undefined);
    if (data.type === "offer") {
      await this.line.setLocalDescription();
      this.ends.send({ t: "answer", data: this.line.localDescription });
    }
  }

  /** The other side asks for new ways through the network. */
  again() {
    if (!this.repeat()) this.line.restartIce();
  }

  /** An offer that was never answered may have been lost on its way; the same one again does no harm. @returns {boolean} whether there was one */
  repeat() {
    if (this.line.signalingState !== "have-local-offer") return false;
    this.ends.send({ t: "offer", data: this.line.localDescription });
    return true;
  }

  /** After this side's own network came back: what was lost meanwhile is said again, new ways are looked for where the old one is gone. */
  mend() {
    if (this.repeat()) return;
    if (this.line.connectionState === "disconnected" || this.line.connectionState === "failed") this.line.restartIce();
  }

  hangUp() {
    this.line.close();
  }
}

/**
 * Asks for the microphone, never for the camera. Null if there is none or the person said no.
 * @returns {Promise<MediaStream | null>}
 */
export async function askMicrophone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true }, video: false });
  } catch {
    return null;
  }
}
