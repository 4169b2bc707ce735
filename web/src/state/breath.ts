/** Lets the browser draw, and hear a finger, before what follows: the app's start is many short steps, not one long one. */
export const breath = () => new Promise<void>((on) => setTimeout(on));

/** Ends when what is there now has been drawn. */
export const painted = () => new Promise<void>((on) => requestAnimationFrame(() => setTimeout(on)));
