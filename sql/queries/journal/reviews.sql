-- Question: what did people judge, and where does it lie in the newest analysis?
-- Grain: one review.
-- Columns: those of reviews; turn and state of its anchor.
select
    reviews.review_id,
    reviews.call_id,
    reviews.analysis_key,
    reviews.subject,
    reviews.voice,
    reviews.starts,
    reviews.ends,
    reviews.judged,
    reviews.verdict,
    reviews.corrected,
    reviews.reviewer,
    reviews.reviewed_at,
    review_anchors.turn,
    review_anchors.state
from reviews
join review_anchors using (review_id)
where :call_id is null or reviews.call_id = :call_id
order by reviews.review_id
