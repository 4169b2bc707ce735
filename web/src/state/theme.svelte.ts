export const THEMES = ['auto', 'light', 'dark', 'sun'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'strandline-theme';

/** How the app looks: as the phone says, or light, dark, or made for bright sun. */
class Look {
  theme = $state<Theme>('auto');

  start() {
    const stored = localStorage.getItem(STORED) as Theme | null;
    this.choose(stored && THEMES.includes(stored) ? stored : 'auto', false);
  }

  choose(theme: Theme, remember = true) {
    this.theme = theme;
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    if (remember) localStorage.setItem(STORED, theme);
  }
}

export const look = new Look();
