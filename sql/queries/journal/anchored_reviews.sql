-- Question: over which analysis was each review laid last?
-- Grain: one review.
-- Columns: review, call, the analysis that was judged, voice, first and last second; the analysis it was laid over
--     last; the turn it is about there.
select
    reviews.review_id,
    reviews.call_id,
    reviews.analysis_key,
    reviews.voice,
    reviews.starts,
    reviews.ends,
    review_anchors.analysis_key as anchored_to,
    review_anchors.turn
from reviews
join review_anchors using (review_id)
