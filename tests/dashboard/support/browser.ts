import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's Chromium. */
const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to look with. */
export const browserAvailable: boolean = isFile(CHROMIUM);

/** Where the pictures of a test run go. */
const PICTURES = new URL("../../../build/dashboard/", import.meta.url).pathname;

/** How large a page is, and in which colours. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colours: "light" | "dark";
  /** Whether it is touched. */
  readonly touch: boolean;
}

/** On a desk. */
export const DESK: Look = { width: 1440, height: 900, colours: "light", touch: false };
/** On a desk at night. */
export const NIGHT: Look = { ...DESK, colours: "dark" };
/** In a hand. */
export const PHONE: Look = { width: 390, height: 844, colours: "light", touch: true };

/** A browser that nobody sees. */
export class Looker implements AsyncDisposable {
  readonly #browser: Browser;
  /** What pages complained about. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Looker> {
    // As root there is no sandbox, and without a screen no graphics.
    const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    return new Looker(await chromium.launch({ executablePath: CHROMIUM, args, timeout: 120_000 }));
  }

  /** Opens a page and waits until it shows the nodes. */
  async open(url: string, look: Look = DESK): Promise<Page> {
    const page = await this.visit(url, look);
    await page.waitForSelector("#nodes tbody tr");
    return page;
  }

  /** Opens a page. */
  async visit(url: string, look: Look = DESK): Promise<Page> {
    const { width, height, colours, touch } = look;
    const page = await this.#browser.newPage({
      viewport: { width, height },
      colorScheme: colours,
      hasTouch: touch,
    });
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** Takes a picture of the whole page, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await Deno.mkdir(PICTURES, { recursive: true });
  // What stays at the top of the window would stand wherever that was left.
  await page.evaluate("scrollTo(0, 0)");
  await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
