/** The desk and its actions, handed down to every component. */
import { createContext } from 'svelte';
import type { Actions } from './actions.svelte';
import type { Desk } from './desk.svelte';
import type { Planner } from './planner.svelte';
import type { SiteEditor } from './site.svelte';

export const [getDesk, setDesk] = createContext<Desk>();
export const [getActions, setActions] = createContext<Actions>();
export const [getPlanner, setPlanner] = createContext<Planner>();
export const [getSite, setSite] = createContext<SiteEditor>();
