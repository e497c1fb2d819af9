//! What every store promises: one list, stamped per back end.

use std::sync::Arc;

mod admitting;
mod differential;
mod erasing;
mod forgetting;
mod gallery;
pub(crate) mod interleavings;
mod keys;
pub(crate) mod ledger;
mod one_by_one;
pub(crate) mod orders;
mod parallel;
mod paying;
pub(crate) mod place;
mod policies;
mod rates;
mod sessions;
mod usage;
mod working;

use place::Place;

macro_rules! conformance {
    ($($back_end:ident: $place:path, $cases:literal interleavings;)+) => { $(conformance!(@ $back_end, $place, $cases,
        admitting {
            the_same_request_is_admitted_once
            a_refused_order_leaves_nothing
            an_admitted_job_comes_back_as_it_was
            each_budget_has_its_limit
            a_budget_is_used_up_for_those_who_share_it_and_no_others
            a_members_day_and_month_are_apart
            of_several_limits_the_first_that_forbids_is_named
            pictures_under_way_are_limited_until_they_arrive
            pictures_of_a_day_count_from_the_order_unless_they_fail
            from_four_fifths_of_a_servers_month_on_people_are_told
            people_are_warned_though_a_repeated_call_used_four_fifths
            people_are_warned_once_for_each_budget_limit
            an_order_that_was_taken_back_has_told_nobody
            a_warning_that_was_taken_back_comes_again_once
            a_request_is_known_for_sixty_days
            a_cancelled_order_leaves_nothing_but_its_name
            an_offer_is_kept_reserves_nothing_and_is_never_worked_on
            what_somebody_works_on_is_not_cancelled
            an_order_that_nobody_waits_for_is_taken_back
            what_begins_at_once_is_as_if_claimed_and_called_step_by_step
            what_began_at_once_is_taken_back_as_long_as_no_picture_has_an_answer
            an_offer_never_begins
        }
        working {
            a_job_has_one_worker_until_the_lease_ends
            a_worker_that_is_heard_of_keeps_its_job
            a_stale_worker_can_write_nothing
            who_gave_a_job_back_can_write_nothing_more
            a_job_given_back_rests_as_long_as_was_said
            what_nobody_works_on_is_due_oldest_first
            members_take_turns_in_the_line
            what_was_set_back_is_looked_for_by_its_age
            a_delivered_job_stays_open_until_all_of_it_is_archived
            a_failed_job_with_a_picture_is_archived_too
        }
        paying {
            money_is_reserved_then_spent_then_given_back
            a_later_word_on_what_was_delivered_holds
            no_picture_is_paid_a_third_time_and_unpaid_calls_do_not_count
            a_call_of_unknown_end_counts_as_paid_whoever_made_it
            a_repeated_call_must_fit_under_every_budget_limit_too
            a_budget_of_last_month_is_free_again_already
            a_key_has_a_budget_for_each_month
            the_second_picture_has_a_reservation_of_its_own
            a_call_that_cost_nothing_may_be_repeated_under_a_used_up_budget
            a_call_is_settled_once
            a_repeated_call_that_cost_nothing_holds_no_money_back
            a_call_that_ends_after_its_job_leaves_nothing_reserved
            a_call_is_settled_for_its_own_picture_only
            a_price_that_changed_on_the_way_is_booked_as_it_is
            a_job_is_generated_once_each_picture_has_its_answer
            a_picture_is_found_by_its_bytes
            a_lost_picture_is_found_no_more
            generated_pictures_are_listed_the_latest_first
        }
        erasing {
            an_erased_job_is_found_by_nothing
            an_erased_job_has_cost_what_it_cost
            a_job_is_erased_once_nobody_works_on_it
            an_erasure_is_gone_on_with_until_it_is_finished
            a_later_picture_stays_the_last_one
            a_press_is_forgotten_with_what_it_ordered
            a_key_does_not_list_what_was_erased
            what_is_older_than_an_order_and_not_erased_is_found_page_by_page
        }
        forgetting {
            one_process_at_a_time_forgets_a_member_until_nothing_is_left
            a_disowned_job_is_nobodys_and_has_cost_what_it_cost
            a_member_leaves_every_session_that_has_to_do_with_them
            preferences_are_forgotten_and_others_keep_theirs
        }
        keys {
            a_key_knows_its_own_orders_the_latest_first
            the_orders_of_a_key_are_read_page_by_page
            a_member_has_all_their_orders_in_every_server_the_latest_first
            a_job_knows_those_that_vary_it_the_latest_first
        }
        gallery {
            a_picture_is_found_by_its_member_its_channel_and_its_words
            a_job_is_in_the_gallery_as_long_as_it_has_a_picture
            a_private_picture_is_found_by_its_member_until_it_is_published
            a_gallery_is_read_page_by_page
        }
        policies {
            an_edit_holds_at_once_and_has_its_line
            an_edit_that_changes_nothing_leaves_no_line
            an_edit_can_be_undone_until_the_same_thing_changes_again
            the_trail_is_read_page_by_page
            admins_who_edit_at_once_get_a_line_each
            preferences_are_the_members_own
            a_private_conversation_has_no_servers_policy
        }
        rates {
            a_burst_is_free_at_once_and_then_the_next_has_its_moment
            quiet_time_gives_back_one_at_a_time
            everybody_has_requests_of_their_own
            a_key_may_make_a_minutes_orders_at_once
            a_changed_rate_holds_at_once
            of_fifty_at_once_the_burst_is_taken
        }
        sessions {
            a_channel_has_one_session_at_a_time
            a_session_that_waits_begins_in_the_others_place
            a_session_ends_only_for_one_who_was_asked_about_it
            a_session_that_waits_does_nothing_else
            a_session_waits_for_a_day_and_outlives_the_other
            a_session_ends_once
            a_quiet_session_makes_room
            a_request_keeps_its_session_awake
            a_plan_changes_until_the_end
            a_session_knows_the_jobs_that_brought_pictures
            nobody_starts_from_somebody_elses_private_picture
        }
        usage {
            a_month_has_a_row_for_each_day_member_and_model
            what_has_cost_and_brought_nothing_has_no_row
            pictures_that_differ_are_booked_for_their_models
            a_standing_shows_what_is_reserved_and_spent
            what_is_done_after_midnight_belongs_to_the_day_of_the_order
            a_session_has_a_budget_over_all_its_days
            what_a_guardrail_held_back_is_a_row_for_each_job_and_stage
        }
        parallel {
            of_two_hundred_requests_a_limit_of_seven_delivers_seven
            of_two_hundred_requests_seven_are_under_way
            of_many_workers_and_one_who_takes_the_job_back_one_wins
        }
    );)+ };
    (@ $back_end:ident, $place:path, $cases:literal,
        $($topic:ident { $($promise:ident)+ })+
    ) => {
        mod $back_end {
            $(conformance!(@ $topic, $place, $($promise)+);)+

            #[test]
            fn any_order_of_events_leaves_the_ledger_right() {
                super::interleavings::any_order_of_events_leaves_the_ledger_right($place, $cases);
            }
        }
    };
    // One store, and two that share a place as two processes do.
    (@ parallel, $place:path, $($promise:ident)+) => {
        $(mod $promise {
            use crate::backends::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn in_one_process() {
                let place = $place().await;
                parallel::$promise(&place, vec![Arc::new(place.open())]).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn in_two_processes() {
                let place = $place().await;
                parallel::$promise(&place, vec![Arc::new(place.open()), Arc::new(place.open())]).await;
            }
        })+
    };
    (@ $topic:ident, $place:path, $($promise:ident)+) => {
        $(#[tokio::test]
        async fn $promise() {
            let place = $place().await;
            super::$topic::$promise(&place.open()).await;
        })+
    };
}

conformance! {
    on_sqlite: crate::backends::Place::sqlite, 32 interleavings;
    on_moto: crate::backends::Place::moto, 4 interleavings;
    on_ministack: crate::backends::Place::ministack, 6 interleavings;
}

#[tokio::test]
async fn one_quiet_session_among_many_is_found_on_ministack() {
    sessions::one_quiet_session_among_many_is_found(Place::ministack().await.open()).await;
}

#[tokio::test]
async fn one_quiet_session_among_many_is_found_on_sqlite() {
    sessions::one_quiet_session_among_many_is_found(Place::sqlite().await.open()).await;
}

#[test]
fn sqlite_and_dynamodb_answer_alike_on_ministack() {
    differential::any_sequence_of_calls_is_answered_alike(Place::sqlite, Place::ministack, 24);
}
