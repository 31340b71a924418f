// SPDX-License-Identifier: MIT OR Apache-2.0
// Which page beside the meetings an address names.

export type Route =
  | { page: "sign_in" }
  | { page: "account" }
  | { page: "meetings" }
  | { page: "operator"; section: OperatorSection; account: string | null }
  | { page: "policy" }
  | { page: "test" };

export type OperatorSection = "accounts" | "invitations" | "organisations" | "denied" | "meetings" | "mail" | "configuration" | "audit";

/** Returns the page at a path, or `null` if none of these is there. */
export function routeOf(path: string): Route | null {
  const [first, second, third, ...more] = path.split("/").filter((part) => part !== "");
  if (first === "operator" && more.length === 0) return operatorRoute(second, third);
  if (second !== undefined) return null;
  switch (first) {
    case "sign-in":
      return { page: "sign_in" };
    case "account":
    case "meetings":
    case "policy":
    case "test":
      return { page: first };
    default:
      return null;
  }
}

function operatorRoute(section: string | undefined, account: string | undefined): Route | null {
  if (section === undefined) return { page: "operator", section: "accounts", account: null };
  if (section === "accounts") return { page: "operator", section, account: account ?? null };
  const found = SECTIONS.find((known) => known === section);
  return found === undefined || account !== undefined ? null : { page: "operator", section: found, account: null };
}

/** Returns the token of an operator's one-time link, from the address behind the `#`. */
export function operatorToken(fragment: string): string | null {
  return /^#([A-Za-z0-9_-]{20,})$/.exec(fragment)?.[1] ?? null;
}

/** Returns where a section of the console is. */
export function operatorPath(section: OperatorSection): string {
  return section === "accounts" ? "/operator" : `/operator/${section}`;
}

export const SECTIONS: readonly OperatorSection[] = ["accounts", "invitations", "organisations", "denied", "meetings", "mail", "configuration", "audit"];
